from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("product", "0009_tell_audiences"),
    ]

    operations = [
        migrations.AddField(
            model_name='feedbackvote',
            name='word_asked_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
