"""A PostgreSQL of our own: it starts, bears a crash, and leaves nothing behind."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine.errors import Fault
from engine.fleet import local_postgres
from engine.fleet.local_postgres import LocalPostgres


@pytest.mark.cluster
def test_what_was_committed_is_there_after_a_crash_and_the_folder_gone_at_the_end():
    psycopg = pytest.importorskip("psycopg", reason="needs the postgres extra")
    if local_postgres.installed() is None:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    with LocalPostgres() as server:
        folder = Path(server.url.partition("host=")[2].partition("&")[0])
        with psycopg.connect(server.url) as base:
            base.execute("CREATE TABLE kept (n integer)")
        server.kill()
        server.start()
        with psycopg.connect(server.url) as base:
            assert base.execute("SELECT count(*) FROM kept").fetchone() == (0,)
    assert not folder.exists()


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="PostgreSQL of our own is for Unix")
def test_one_that_does_not_start_leaves_nothing_behind(monkeypatch, tmp_path):
    monkeypatch.setattr(local_postgres, "installed", lambda: tmp_path)
    monkeypatch.setattr(local_postgres.LocalPostgres, "_initialise", lambda self: None)
    with pytest.raises((FileNotFoundError, PermissionError)), (server := LocalPostgres()):
        pytest.fail("started")
    assert not server._folder.exists()


def test_where_it_is_not_installed_that_is_said(monkeypatch):
    monkeypatch.setattr(local_postgres, "installed", lambda: None)
    with pytest.raises(Fault, match="not installed"):
        LocalPostgres()
