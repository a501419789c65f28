"""The Django app `product`."""

from django.apps import AppConfig


class ProductConfig(AppConfig):
    name = "tandem.product"
    label = "product"
