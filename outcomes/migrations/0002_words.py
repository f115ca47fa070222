"""The vocabulary's official words: sub-kinds and grades that every college shares."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

SUBKINDS = {
    "award": [
        ("教学成果奖", "Teaching achievement award"),
        ("教学能力比赛", "Teaching competence contest"),
        ("职业技能大赛", "Vocational skills contest"),
        ("创新创业大赛", "Innovation and entrepreneurship contest"),
        ("指导学生获奖", "Award for guiding students"),
        ("科技奖", "Science and technology award"),
    ],
    "honour": [
        ("优秀共产党员", "Outstanding party member"),
        ("先进基层党组织", "Advanced party organisation"),
        ("优秀教师", "Outstanding teacher"),
        ("优秀学生干部", "Outstanding student cadre"),
        ("技术能手", "Master technician"),
    ],
    "course": [
        ("精品在线开放课程", "Quality open online course"),
        ("精品资源共享课", "Quality shared-resource course"),
        ("课程思政示范课", "Model course of values in teaching"),
        ("教材", "Textbook"),
    ],
    "team": [
        ("教学团队", "Teaching team"),
        ("科研创新团队", "Research innovation team"),
        ("党建工作团队", "Party-building team"),
    ],
    "base": [
        ("虚拟仿真实训基地", "Virtual-simulation training base"),
        ("校内实践基地", "On-campus practice base"),
        ("校外实践基地", "Off-campus practice base"),
        ("产教融合基地", "Base of industry–education integration"),
    ],
    "project": [
        ("教改项目", "Teaching reform project"),
        ("科研项目", "Research project"),
        ("横向课题", "Commissioned project"),
        ("党建课题", "Party-building project"),
        ("大学生创新创业项目", "Student innovation project"),
    ],
    "publication": [("期刊论文", "Journal article"), ("专著", "Monograph"), ("案例", "Case study")],
    "patent": [
        ("发明专利", "Invention patent"),
        ("实用新型专利", "Utility model patent"),
        ("外观设计专利", "Design patent"),
        ("软件著作权", "Software copyright"),
    ],
    "service": [
        ("技术攻关", "Technical breakthrough"),
        ("技术咨询", "Technical consulting"),
        ("技能培训", "Skills training"),
    ],
    "volunteering": [
        ("疫情防控志愿服务", "Epidemic-control volunteering"),
        ("社区志愿服务", "Community volunteering"),
        ("赛会志愿服务", "Event volunteering"),
    ],
    "outreach": [
        ("对口帮扶院校", "Paired help to a college"),
        ("东西部协作", "East–west cooperation"),
        ("乡村振兴", "Rural revitalisation"),
    ],
    "membership": [("学生入党", "Student joined the party"), ("教师入党", "Teacher joined the party")],
}
GRADES = {
    "award": [
        ("特等奖", "Grand prize"),
        ("一等奖", "First prize"),
        ("二等奖", "Second prize"),
        ("三等奖", "Third prize"),
        ("优秀奖", "Merit prize"),
    ],
    "honour": [("先进集体", "Advanced collective"), ("先进个人", "Advanced individual")],
}


def add_words(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for model, words in (("Subkind", SUBKINDS), ("Grade", GRADES)):
        rows = apps.get_model("outcomes", model).objects
        for category, names in words.items():
            for position, (name, name_en) in enumerate(names, start=1):
                rows.create(category=category, name=name, name_en=name_en, position=position)


def remove_words(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for model in ("Subkind", "Grade"):
        apps.get_model("outcomes", model).objects.filter(branch__isnull=True).delete()


class Migration(migrations.Migration):
    dependencies = [("outcomes", "0001_initial")]

    operations = [migrations.RunPython(add_words, remove_words)]
