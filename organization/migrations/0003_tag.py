"""Words that profiles share, with those that every branch begins with."""

import django.db.models.deletion
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

import organization.text

WORDS = (
    "课程建设",
    "课程思政",
    "微课制作",
    "教材编写",
    "教学设计",
    "课堂教学",
    "信息化教学",
    "竞赛指导",
    "创新创业指导",
    "课题申报",
    "论文写作",
    "数据分析",
    "企业技术服务",
    "专利撰写",
    "项目管理",
    "数控编程",
    "三维建模",
    "机器人调试",
    "程序设计",
    "视觉设计",
    "市场调研",
    "路演答辩",
    "文案写作",
    "视频剪辑",
    "活动组织",
)


def add_words(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Add the system's words; there are none before."""
    Tag = apps.get_model("organization", "Tag")
    Tag.objects.bulk_create(Tag(name=word) for word in WORDS)


def remove_words(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Remove the system's words."""
    apps.get_model("organization", "Tag").objects.filter(branch=None).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("organization", "0002_model_words"),
    ]

    operations = [
        migrations.CreateModel(
            name="Tag",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=1, editable=False, verbose_name="version")),
                ("name", organization.text.PlainCharField(max_length=30, verbose_name="word")),
                (
                    "branch",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organization.branch",
                        verbose_name="branch",
                    ),
                ),
            ],
            options={
                "verbose_name": "profile word",
                "verbose_name_plural": "profile words",
                "ordering": ["name"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("branch__isnull", True)),
                        fields=("name",),
                        name="tag_once_in_the_system",
                        violation_error_message="This word is there already.",
                    ),
                    models.UniqueConstraint(
                        fields=("branch", "name"),
                        name="tag_once_in_a_branch",
                        violation_error_message="This word is there already.",
                    ),
                ],
            },
        ),
        migrations.RunPython(add_words, remove_words),
    ]
