"""Make the roles of the panel. What somebody changed about them since is not touched by running it again."""

from django.db import migrations

CURATOR, OPERATOR, OWNER = "Curator", "Operator", "Owner"
ROLES = {
    CURATOR: {
        "digest.submission": ("view", "change"),
        "digest.edition": ("view", "add", "change", "publish"),
        "digest.editionpaper": ("view", "add", "change", "delete"),
        "digest.paper": ("view", "add", "change"),
        "digest.paperidentifier": ("view",),
        "digest.listing": ("view",),
        "digest.sourcerun": ("view",),
        "digest.papertopic": ("view",),
        "subscriptions.topic": ("view", "add", "change"),
    },
    OPERATOR: {
        "digest.member": ("view", "change", "delete"),
        "digest.edition": ("view", "send"),
        "digest.editionpaper": ("view",),
        "digest.paper": ("view",),
        "digest.paperidentifier": ("view",),
        "digest.papertopic": ("view",),
        "digest.listing": ("view",),
        "digest.sourcerun": ("view",),
        "digest.feedback": ("view",),
        "digest.delivery": ("view",),
        "digest.event": ("view",),
        "subscriptions.subscriber": ("view", "change", "delete"),
        "subscriptions.follow": ("view", "add", "change", "delete"),
        "subscriptions.rule": ("view",),
        "subscriptions.authorfollow": ("view",),
        "subscriptions.consent": ("view",),
        "subscriptions.suppression": ("view", "add", "delete"),
        "subscriptions.topic": ("view",),
        "subscriptions.roster": ("view", "add", "export"),
    },
    OWNER: {
        "auth.user": ("view", "add", "change"),
        "auth.group": ("view", "add", "change", "delete"),
        "admin.logentry": ("view",),
        "digest.edition": ("view",),
        "digest.editionpaper": ("view",),
        "subscriptions.topic": ("view", "add", "change", "delete"),
    },
}


def make_roles(apps, schema_editor):
    Group, Permission = apps.get_model("auth", "Group"), apps.get_model("auth", "Permission")
    ContentType = apps.get_model("contenttypes", "ContentType")
    for name, models in ROLES.items():
        group, made = Group.objects.get_or_create(name=name)
        if not made:
            continue
        for label, actions in models.items():
            app, model = label.split(".")
            kind, _ = ContentType.objects.get_or_create(app_label=app, model=model)
            for action in actions:
                # Django makes the permissions after all migrations, and finds these then; it gives them their names.
                permission, _ = Permission.objects.get_or_create(
                    content_type=kind, codename=f"{action}_{model}", defaults={"name": f"Can {action} {model}"}
                )
                group.permissions.add(permission)


class Migration(migrations.Migration):
    dependencies = [
        ("digest", "0011_panel"),
        ("subscriptions", "0005_roster"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("admin", "0003_logentry_add_action_flag_choices"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(make_roles, migrations.RunPython.noop, elidable=False)]
