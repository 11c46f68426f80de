/**
 * Our callback plugin for Ansible, written beside its configuration for each play: it appends what failed, plays without
 * hosts and the recap as JSON lines to a file, so that the default callback still writes the live log. Needs nothing but
 * ansible-core. A text that it has to cut is marked: half a secret may be at its end, which only we can take away.
 * Ansible hands callbacks copies of the results in which `no_log` has already been obeyed.
 */
export const callbackPlugin = `from __future__ import annotations

import json
import os
import re
from fnmatch import fnmatchcase

from ansible.inventory.manager import split_host_pattern
from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: stagegate
type: notification
short_description: appends failures, plays without hosts and the recap as JSON lines to a file
description:
  - The file is named by STAGEGATE_ANSIBLE_EVENTS.
"""

LIMIT = 2000
LAST_LINES = 10


def short(value):
    return value[:LIMIT] if isinstance(value, str) else ""


def part(value, lines=None):
    text = value if isinstance(value, str) else ""
    if lines is not None:
        text = "\\n".join(text.splitlines()[-lines:])
    return {"text": text[:LIMIT], "cut": len(text) > LIMIT}


def parts_of(result):
    if "censored" in result:
        return [part(result["censored"])]
    items = [item for item in result.get("results") or [] if isinstance(item, dict) and item.get("failed")]
    parts = [part(each.get("msg")) for each in (items[:3] or [result])]
    parts += [part(result.get(key), LAST_LINES) for key in ("stderr", "module_stderr") if result.get(key)]
    return [each for each in parts if each["text"]]


def is_known(pattern, names):
    # Without the operator and without a subscript such as [0] or [1:3].
    pattern = re.sub(r"\\[-?\\d*:?-?\\d*\\]$", "", pattern.lstrip("&"))
    if pattern.startswith("~"):
        return any(re.match(pattern[1:], name) for name in names)
    return any(fnmatchcase(name, pattern) for name in names)


def unknown_patterns(play):
    inventory = play.get_variable_manager()._inventory
    names = ["all", *inventory.groups, *inventory.hosts]
    patterns = [each for each in split_host_pattern(play.hosts) if not each.startswith("!")]
    return [each for each in patterns if not is_known(each, names)]


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "stagegate"
    CALLBACK_NEEDS_ENABLED = True

    play = None
    makes_groups = False

    def write(self, event):
        with open(os.environ["STAGEGATE_ANSIBLE_EVENTS"], "a", encoding="utf-8") as file:
            file.write(json.dumps(event) + "\\n")

    def write_result(self, kind, result):
        self.write({
            "event": kind,
            "host": result._host.get_name(),
            "task": result._task.get_name(),
            "path": result._task.get_path(),
            "parts": parts_of(result._result),
        })

    def v2_playbook_on_play_start(self, play):
        self.play = play

    def v2_playbook_on_task_start(self, task, is_conditional):
        if task.action.rsplit(".", 1)[-1] in ("add_host", "group_by"):
            self.makes_groups = True

    def v2_playbook_on_no_hosts_matched(self):
        hosts = self.play.hosts
        try:
            unknown = unknown_patterns(self.play)
        except Exception:
            # Other releases may keep the inventory elsewhere; that no host matched is known all the same.
            unknown = []
        self.write({
            "event": "empty",
            "play": short(self.play.get_name()),
            "hosts": short(hosts if isinstance(hosts, str) else ",".join(str(each) for each in hosts)),
            # Groups that tasks make as they run may be missing rightly.
            "unknown": [] if self.makes_groups else [short(each) for each in unknown],
        })

    def v2_runner_on_failed(self, result, ignore_errors=False):
        if not ignore_errors:
            self.write_result("failed", result)

    def v2_runner_on_unreachable(self, result):
        self.write_result("unreachable", result)

    def v2_playbook_on_stats(self, stats):
        for host in sorted(stats.processed):
            self.write({"event": "recap", "host": host, **stats.summarize(host)})
        self.write({"event": "end"})
`
