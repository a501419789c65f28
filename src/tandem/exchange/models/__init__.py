"""Imports and where imported rows come from."""

from tandem.exchange.models.external_reference import ExternalReference
from tandem.exchange.models.import_file import Import
from tandem.exchange.models.outside_link import OutsideLink

__all__ = ["ExternalReference", "Import", "OutsideLink"]
