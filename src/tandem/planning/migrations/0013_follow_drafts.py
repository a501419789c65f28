from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("planning", "0012_branch_the_plan")]

    operations = [
        migrations.AddField(model_name="plandraft", name="stood_id", field=models.BigIntegerField(blank=True, null=True)),
    ]
