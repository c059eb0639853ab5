from pathlib import Path

import platformdirs

from midspan.pipelines.sweep.places import default_cache
from midspan.pipelines.sweep.places.cache import named


def test_where_the_cache_is(tmp_path: Path) -> None:
    assert default_cache({"MIDSPAN_HOME": str(tmp_path)}) == tmp_path / "cache"
    assert default_cache({}) == platformdirs.user_cache_path("midspan", appauthor=False)


def test_names_can_be_read_and_differ() -> None:
    names = [
        named(address, address).rpartition("-")[0]
        for address in (
            "https://example.com/team/shop.git",
            "git@example.com:team/shop",
            "/srv/my shop/",
            "/..",
        )
    ]
    assert names == ["shop", "shop", "my-shop", "repository"]
    assert named("a/shop", "a/shop") != named("b/shop", "b/shop")
    assert named("shop", "a", "b") != named("shop", "ab")
    assert named("shop", None) == named("shop", "")
