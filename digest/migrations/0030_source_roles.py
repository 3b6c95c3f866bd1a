"""Let curators follow sources, and operators see which are followed. What somebody changed about roles stays."""

from django.db import migrations

ROLES = {"Curator": ("view", "add", "change"), "Operator": ("view", "change")}


def allow(apps, schema_editor):
    Group, Permission = apps.get_model("auth", "Group"), apps.get_model("auth", "Permission")
    ContentType = apps.get_model("contenttypes", "ContentType")
    kind, _ = ContentType.objects.get_or_create(app_label="digest", model="followedsource")
    for name, actions in ROLES.items():
        for group in Group.objects.filter(name=name):
            for action in actions:
                permission, _ = Permission.objects.get_or_create(
                    content_type=kind,
                    codename=f"{action}_followedsource",
                    defaults={"name": f"Can {action} followed source"},
                )
                group.permissions.add(permission)


class Migration(migrations.Migration):
    dependencies = [
        ("digest", "0029_joining"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(allow, migrations.RunPython.noop)]
