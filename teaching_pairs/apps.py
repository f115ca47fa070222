from django.apps import AppConfig


class TeachingPairsConfig(AppConfig):
    name = "teaching_pairs"
