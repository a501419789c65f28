"""Real issues: what maintainers called duplicates is found among the first."""

from pathlib import Path

import pytest

from tandem.compute.bench import likeness_texts
from tandem.compute.likeness import Index, groups

FILES = Path(__file__).resolve().parents[4] / "shared" / "data"
pytestmark = pytest.mark.skipif(not (FILES / "github").exists(), reason="shared data is not here")


@pytest.fixture(scope="module")
def known():
    return likeness_texts.issues(FILES)


def test_duplicates_called_so_by_people_are_among_the_first_five(known):
    truth = likeness_texts.duplicates(known)
    texts = {key: f"{one['title']}\n{one['title']}\n{one['body'][:1000]}" for key, one in known.items()}
    hits = 0
    for home in {likeness_texts.repository(key) for key in known}:
        index = Index((key, text) for key, text in texts.items() if likeness_texts.repository(key) == home)
        for one, other in truth:
            if likeness_texts.repository(one) == home:
                hits += other in [a.key for a in index.alike(texts[one], at_least=0.1, most=5, but=one)]
    assert len(truth) >= 15
    assert hits / len(truth) >= 0.8


def test_titles_in_one_group_share_most_of_their_words(known):
    found = groups([(key, one["title"]) for key, one in known.items()])
    assert found
    assert all(one.cohesion >= 0.8 - 1e-5 for one in found)
