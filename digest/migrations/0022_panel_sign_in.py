import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import digest.models.panel_sign_in


class Migration(migrations.Migration):
    dependencies = [
        ("digest", "0021_author_keys"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PanelSignIn",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="panel_sign_in",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "key",
                    models.CharField(default=digest.models.panel_sign_in.new_key, editable=False, max_length=64),
                ),
                ("lifted_at", models.DateTimeField(blank=True, editable=False, null=True)),
                ("password_warned_at", models.DateTimeField(blank=True, editable=False, null=True)),
                ("factor_warned_at", models.DateTimeField(blank=True, editable=False, null=True)),
            ],
        ),
    ]
