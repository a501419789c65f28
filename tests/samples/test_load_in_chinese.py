"""The sample in Chinese: its rows are Chinese, its people read Chinese, and what is computed about it is there."""

import pytest

from tandem.people.models import User
from tandem.planning.models import ComputedDates, Forecast
from tandem.product.models import Feature
from tandem.samples import load as sample
from tests.samples.small import TODAY, make_small


@pytest.mark.slow  # the quick ones load it in English, and simulate it in both
def test_chinese_rows_are_chinese_and_everything_is_computed(db, monkeypatch):
    make_small(monkeypatch)
    loaded = sample.load("zh", "a long password", seed=2, as_of=TODAY)
    assert [s.role for s in loaded.sign_ins] == ["PMO 负责人", "产品经理", "高管"]
    assert Feature.objects.filter(title="批量下单").exists()
    assert set(User.objects.values_list("language", flat=True)) == {"zh-hans"}
    assert Forecast.objects.filter(is_current=True, p80__isnull=False).exists()
    assert ComputedDates.objects.filter(is_critical=True).exists()
