"""Places: the commits and environments of a sweep's revisions, and a fresh room for each run."""

from midspan.pipelines.sweep.places.cache import default_cache
from midspan.pipelines.sweep.places.preflight import place_problems
from midspan.pipelines.sweep.places.room import Room, RoomError
from midspan.pipelines.sweep.places.rooms import Rooms

__all__ = ["Room", "RoomError", "Rooms", "default_cache", "place_problems"]
