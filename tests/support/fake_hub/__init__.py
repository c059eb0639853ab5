"""A Hub on this machine: accounts, buckets, repositories, and jobs that really run.

The unmodified `huggingface_hub` client talks to it. File contents live in a store on disk
that the client's own transfer library reads and writes (`local://`); a job is a process with
its buckets mounted as folders.
"""

from tests.support.fake_hub.accounts import Account
from tests.support.fake_hub.faults import Fault
from tests.support.fake_hub.hub import FakeHub, fake_hub
from tests.support.fake_hub.job import Fate, Job
from tests.support.fake_hub.repositories import Repository

__all__ = ["Account", "FakeHub", "Fate", "Fault", "Job", "Repository", "fake_hub"]
