"""What members and readers tell us: votes, feedback, profiles, onboarding."""
