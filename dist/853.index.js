var ae=Object.defineProperty;var i=(v,w)=>ae(v,"name",{value:w,configurable:!0});const ie=853,re=[853],le={1853:((v,w,p)=>{p.d(w,{createAnsible:i(()=>J,"createAnsible")});var u=p(1455),l=p(6760),f=p(1680);const j=`from __future__ import annotations

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
`;function x(e,t){return{folder:e,config:(0,l.join)(e,"ansible.cfg"),plugins:(0,l.join)(e,"callback"),events:(0,l.join)(e,"events.jsonl"),variables:(0,l.join)(e,"variables.json"),knownHosts:(0,l.join)(e,"known_hosts"),privateKey:(0,l.join)(e,"ssh-key"),connections:t,localTemp:(0,l.join)(e,"tmp")}}i(x,"playFiles");const H=new Set(["ANSIBLE_COLLECTIONS_PATH","ANSIBLE_COLLECTIONS_PATHS","ANSIBLE_ROLES_PATH"]);function P(e,t,n){const s=Object.entries(e).filter(([a])=>!a.startsWith("ANSIBLE_")||H.has(a));return{...Object.fromEntries(s),PYTHONUNBUFFERED:"1",ANSIBLE_CONFIG:t.config,ANSIBLE_LOCAL_TEMP:t.localTemp,ANSIBLE_CALLBACK_PLUGINS:t.plugins,ANSIBLE_CALLBACKS_ENABLED:"stagegate",ANSIBLE_STDOUT_CALLBACK:"default",STAGEGATE_ANSIBLE_EVENTS:t.events,ANSIBLE_NOCOLOR:"1",ANSIBLE_RETRY_FILES_ENABLED:"False",ANSIBLE_HOST_KEY_CHECKING:"True",ANSIBLE_SSH_RETRIES:"0",...t.connections===void 0?{}:{ANSIBLE_SSH_CONTROL_PATH_DIR:t.connections},ANSIBLE_SSH_ARGS:L(t),...n?{ANSIBLE_PRIVATE_KEY_FILE:t.privateKey}:{}}}i(P,"playEnvironment");function L(e){return["-F","/dev/null",...["StrictHostKeyChecking=yes",`UserKnownHostsFile="${e.knownHosts}"`,"GlobalKnownHostsFile=/dev/null","UpdateHostKeys=no","IdentitiesOnly=yes","BatchMode=yes","ConnectTimeout=10","ServerAliveInterval=15","ServerAliveCountMax=4",...e.connections===void 0?["ControlMaster=no"]:["ControlMaster=auto","ControlPersist=30s"]].flatMap(n=>["-o",`'${n}'`])].join(" ")}i(L,"sshArguments");var k=p(8937),g=p(5354);function N(e,t){const n=e.split(`
`).flatMap(F),s=n.filter(o=>o.event==="recap").map(K),a=new Set(s.filter(o=>o.failed>0).map(o=>o.host)),c=n.some(o=>o.event==="end"),r=i(o=>n.filter(d=>d.event===o).map(d=>M(d,t)),"tasksOf");return{recap:s,failedTasks:r("failed").filter(o=>!c||a.has(o.host)),emptyPlays:n.filter(o=>o.event==="empty").map(({play:o,hosts:d,unknown:A})=>({play:h(o),hosts:h(d),unknown:G(A)})),unreachable:r("unreachable"),complete:c}}i(N,"parsePlayEvents");function F(e){try{const t=JSON.parse(e);return typeof t=="object"&&t!==null?[t]:[]}catch{return[]}}i(F,"parseEvent");function K(e){const t=i(n=>typeof e[n]=="number"?e[n]:0,"count");return{host:h(e.host),ok:t("ok"),changed:t("changed"),failed:t("failures"),unreachable:t("unreachable"),skipped:t("skipped")}}i(K,"toRecap");function M(e,t){const n=h(e.path),s=(0,l.relative)(t,n),a=n===""||s.startsWith("..")||(0,l.isAbsolute)(s);return{host:h(e.host),task:h(e.task),path:a?void 0:s,message:U(e.parts).trim()}}i(M,"toTask");function U(e){return(Array.isArray(e)?e:[]).map(n=>{const{text:s,cut:a}=n??{};return a===!0?(0,g.h5)(h(s)):h(s)}).filter(n=>n!=="").join(`
`)}i(U,"messageOf");function h(e){return typeof e=="string"?e:""}i(h,"play_events_text");function G(e){return Array.isArray(e)?e.map(h):[]}i(G,"texts");function R(e,t,n,s){const a=T(n),{unreachable:c,failedTasks:r}=n;return c.length>0?new f.qU(V(c),{message:`${e}: ${b(c)} could not be reached.`,evidence:[...c,...r].slice(0,20).map(I),state:a}):r.length>0?new f.qU("E_ANSIBLE_TASK",{message:`${e}: ${r.length===1?"a task":`${r.length} tasks`} failed on ${b(r)}.`,evidence:r.slice(0,20).map(I),state:a}):new f.qU("E_ANSIBLE_FAILED",{message:`${e} could not be run (ansible-playbook ended with ${t}).`,evidence:s.split(`
`).filter(o=>o.trim()!=="").slice(-15).map(o=>(0,g.Jj)(o,500)),state:a})}i(R,"playFailure");function D(e,t){const n=t.emptyPlays.filter(a=>a.unknown.length>0);if(n.length===0)return;const s=[...new Set(n.flatMap(a=>a.unknown))].join(", ");return new f.qU("E_ANSIBLE_FAILED",{message:`${e}: ${n.length===1?"a play":`${n.length} plays`} matched no host; the inventory does not know ${s}.`,evidence:n.slice(0,20).map(Y),state:T(t),next:"Correct the hosts line of the play, or define the group in the inventory: it may be empty."})}i(D,"unknownHosts");function Y({play:e,hosts:t}){return e===t||e===""?`play (hosts: ${t})`:`play "${e}" (hosts: ${t})`}i(Y,"renderEmptyPlay");function T(e){return e.complete?`Changed on the hosts: ${e.recap.filter(s=>s.changed>0).map(s=>`${s.host} (${s.changed} changed)`).join(", ")||"nothing"}. The cluster is as it was.`:"It is not known what was changed on the hosts; the cluster is as it was."}i(T,"stateOf");function V(e){const t=e.map(n=>n.message).join(`
`);return/host key verification failed|host identification has changed/i.test(t)?"E_ANSIBLE_HOST_KEY":/permission denied|too many authentication failures/i.test(t)?"E_ANSIBLE_AUTH":"E_ANSIBLE_UNREACHABLE"}i(V,"connectionCode");function I({host:e,task:t,path:n,message:s}){const a=n===void 0?"":` (${n})`;return`${e}: ${t}${a}: ${(0,g.EQ)(s,500," | ")}`}i(I,"renderTask");function b(e){return[...new Set(e.map(t=>t.host))].join(", ")}i(b,"hosts");const W=16<<20;function J(e){const{processes:t}=e;return{async play({folder:n,playbook:s,inventory:a,check:c,variables:r,temporary:o,signal:d,onOutput:A}){const O=await t.find("ansible-playbook");if(O===void 0)throw new f.qU("E_TOOL_MISSING",{message:"ansible-playbook is not on the PATH."});const _=await(0,u.realpath)(n),Z=await C(_,s,[_]),ee=await C(_,a,[_,await(0,u.realpath)(o)]),S=await(0,k.O)(o),m=x(await(0,u.mkdtemp)((0,l.join)(await(0,u.realpath)(o),"ansible-")),S);try{await q(m,e,r);const E=await t.run({argv:[O,"--inventory",ee,"--extra-vars",`@${m.variables}`,...c?["--check","--diff"]:[],Z],cwd:_,env:P(t.environment("own"),m,e.sshKey!==void 0),signal:d,onOutput:A}),y=await z(m.events,_);if(E.exitCode!==0)throw R(s,E.exitCode,y,`${E.stdout}
${E.stderr}`);const $=D(s,y);if($!==void 0)throw $;const te=y.emptyPlays.map(({play:ne,hosts:se})=>({play:ne,hosts:se}));return{recap:y.recap,failedTasks:y.failedTasks,emptyPlays:te}}finally{S!==void 0&&(await X(e,S),await(0,k.G7)(o)),await(0,u.rm)(m.folder,{recursive:!0,force:!0})}}}}i(J,"createAnsible");async function C(e,t,n){const s=(0,l.resolve)(e,t),a=await(0,u.realpath)(s).catch(()=>{});if(a===void 0)throw new f.qU("E_ANSIBLE_FAILED",{message:`There is no ${t} in the deployment configurations.`,state:"Nothing was changed on the hosts.",next:"Correct deploy.infrastructure."});if(!n.some(r=>{const o=(0,l.relative)(r,a);return o!==".."&&!o.startsWith("../")&&!(0,l.isAbsolute)(o)}))throw new f.qU("E_PATH_OUTSIDE",{message:`${t} leads out of the deployment configurations.`});return s}i(C,"inside");async function q(e,{sshKey:t,knownHosts:n},s){for(const r of[e.plugins,e.localTemp])await(0,u.mkdir)(r,{mode:448});const a=i((r,o)=>(0,u.writeFile)(r,o,{mode:384,flag:"wx"}),"write");await a(e.config,""),await a(e.events,""),await a((0,l.join)(e.plugins,"stagegate.py"),j),await a(e.knownHosts,B(n??"")),t!==void 0&&await a(e.privateKey,B(t));const c={ansible_host_key_checking:!0,ansible_ssh_args:L(e)};await a(e.variables,JSON.stringify({...s,...c}))}i(q,"writeFiles");function B(e){return e===""||e.endsWith(`
`)?e:`${e}
`}i(B,"ending");async function z(e,t){const n=await(0,u.open)(e);try{const{size:s}=await n.stat();return s>W?N("",t):N(await(0,u.readFile)(n,"utf8"),t)}finally{await n.close()}}i(z,"readEvents");const Q=2e3;async function X({processes:e,clock:t},n){const s=await(0,u.readdir)(n).catch(()=>[]),a=t.deadline(Q,()=>new Error("ssh did not end its connections"));try{await Promise.allSettled(s.map(c=>e.run({argv:["ssh","-F","/dev/null","-S",(0,l.join)(n,c),"-O","exit","host"],cwd:n,env:e.environment("own"),signal:a.signal})))}finally{a.clear()}}i(X,"closeConnections")})};export{ie as id,re as ids,le as modules};
