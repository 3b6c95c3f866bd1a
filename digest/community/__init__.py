"""What members and readers tell: votes, feedback, profiles, onboarding."""
