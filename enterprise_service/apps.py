from django.apps import AppConfig


class EnterpriseServiceConfig(AppConfig):
    name = "enterprise_service"
