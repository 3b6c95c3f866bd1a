"""The application `digest`."""

from datetime import timedelta

from django.apps import AppConfig
from django.db.models import Count


class DigestConfig(AppConfig):
    """Papers, editions, and the digest of each subscriber."""

    name = "digest"
    verbose_name = "Daily Papers"

    def ready(self) -> None:
        """Hook into `subscriptions`, and connect the only signal receiver here: for reports from mail providers."""
        from anymail.signals import tracking  # noqa: PLC0415 - models are only loaded now

        from digest import checks  # noqa: F401, PLC0415 - they register themselves
        from digest.community import members, personal_data  # noqa: PLC0415
        from digest.models import Delivery, Feedback  # noqa: PLC0415
        from digest.sending import provider_events  # noqa: PLC0415
        from digest.site import members as site_members  # noqa: PLC0415
        from digest.site import signing_in  # noqa: PLC0415
        from subscriptions import hooks, outgoing  # noqa: PLC0415
        from subscriptions.link_lifetimes import SIGN_IN_FOR  # noqa: PLC0415

        hooks.sign_up_answers.append(Feedback.objects.keep_sign_up_answers)
        hooks.last_served.append(Delivery.objects.last_served)
        hooks.before_erasure.append(personal_data.forget_reader)
        hooks.signed_in.append(site_members.reader_key)
        hooks.signed_in_by_link.append(site_members.link_made_at)
        hooks.ask_to_sign_in.append(signing_in.lead_to_sign_in)
        hooks.topic_counts["papers_tagged"] = Count("tags")
        outgoing.MAIL_KINDS["passkey_added"] = outgoing.MailKind(members.tell_of_passkey, lambda: timedelta(days=1))
        outgoing.MAIL_KINDS["sign_in"] = outgoing.MailKind(members.send_link, lambda: SIGN_IN_FOR)
        tracking.connect(provider_events.receive, dispatch_uid="digest.sending.provider_events")
