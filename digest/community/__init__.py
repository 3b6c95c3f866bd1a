"""Members and their input: votes, feedback, profiles, onboarding."""
