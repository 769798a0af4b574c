"""The API for traders' and partners' systems."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """Messages in, answers and notifications out."""

    name = "customs_portal.api"
    label = "api"
