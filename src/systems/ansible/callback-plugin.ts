/**
 * Our callback plugin for Ansible, written beside its configuration for each play: it appends what failed and the recap
 * as JSON lines to a file, so that the default callback still writes the live log. Needs nothing but ansible-core.
 * Ansible hands callbacks copies of the results in which `no_log` has already been obeyed.
 */
export const callbackPlugin = `from __future__ import annotations

import json
import os

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: stagegate
type: notification
short_description: appends failures and the recap as JSON lines to a file
description:
  - The file is named by STAGEGATE_ANSIBLE_EVENTS.
"""

LIMIT = 2000


def short(value):
    return value[:LIMIT] if isinstance(value, str) else ""


def message_of(result):
    if "censored" in result:
        return short(result["censored"])
    items = [item for item in result.get("results") or [] if isinstance(item, dict) and item.get("failed")]
    parts = [short(each.get("msg")) for each in (items[:3] or [result])]
    parts += [short(result.get(key))[-500:] for key in ("stderr", "module_stderr") if result.get(key)]
    return "\\n".join(part for part in parts if part)[:LIMIT]


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "stagegate"
    CALLBACK_NEEDS_ENABLED = True

    def write(self, event):
        with open(os.environ["STAGEGATE_ANSIBLE_EVENTS"], "a", encoding="utf-8") as file:
            file.write(json.dumps(event) + "\\n")

    def write_result(self, kind, result):
        self.write({
            "event": kind,
            "host": result._host.get_name(),
            "task": result._task.get_name(),
            "path": result._task.get_path(),
            "message": message_of(result._result),
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
