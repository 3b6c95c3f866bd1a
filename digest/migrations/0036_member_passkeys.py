import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('digest', '0035_learned_weights'),
    ]

    operations = [
        migrations.CreateModel(
            name='PasskeyChallenge',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=64, unique=True)),
                ('challenge', models.CharField(max_length=128)),
                ('owner', models.CharField(blank=True, max_length=64)),
                ('asked_at', models.DateTimeField(db_index=True, default=django.utils.timezone.now)),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='MemberPasskey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('credential_id', models.CharField(editable=False, max_length=1364, unique=True)),
                ('public_key', models.BinaryField()),
                ('counter', models.PositiveBigIntegerField(default=0, editable=False)),
                ('transports', models.JSONField(default=list, editable=False)),
                ('added_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('used_at', models.DateTimeField(editable=False, null=True)),
                ('name', models.CharField(max_length=64)),
                ('member', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='passkeys', to='digest.member')),
            ],
            options={
                'ordering': ['pk'],
                'default_permissions': (),
            },
        ),
    ]
