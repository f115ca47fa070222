"""The rubric that every branch begins with: the case's five abilities, and thought and conduct."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

NAME = "学生成长评价"
ABILITIES = (
    ("创新意识", "Innovation", "能提出新想法，并愿意动手验证"),
    ("专业技能", "Professional skill", "掌握本专业的知识、设备和规范"),
    ("团队协作", "Teamwork", "分工明确，主动沟通，为团队负责"),
    ("分析能力", "Analysis", "能找出问题的原因，并用数据说明"),
    ("解决问题", "Problem solving", "能独立完成任务，遇到困难有办法"),
    ("思想品德", "Thought and conduct", "爱党爱国，诚实守信，做人做事有担当"),
)


def add_rubric(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Add the system's rubric."""
    rubric = apps.get_model("mentorship", "Rubric").objects.create(name=NAME)
    RubricItem = apps.get_model("mentorship", "RubricItem")
    RubricItem.objects.bulk_create(
        RubricItem(rubric=rubric, name=name, name_en=english, words=words, position=place)
        for place, (name, english, words) in enumerate(ABILITIES, start=1)
    )


def remove_rubric(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Remove it again, where nothing stands on it."""
    apps.get_model("mentorship", "Rubric").objects.filter(branch=None, assessments=None).delete()


class Migration(migrations.Migration):
    dependencies = [("mentorship", "0002_projects_and_growth")]

    operations = [migrations.RunPython(add_rubric, remove_rubric)]
