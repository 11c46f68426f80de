var W=Object.defineProperty;var i=(S,m)=>W(S,"name",{value:m,configurable:!0});const J=853,z=[853],X={1853:((S,m,g)=>{g.d(m,{createAnsible:i(()=>U,"createAnsible")});var u=g(1455),r=g(6760),h=g(1680);const k=`from __future__ import annotations

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
`;function B(e){return{folder:e,config:(0,r.join)(e,"ansible.cfg"),plugins:(0,r.join)(e,"callback"),events:(0,r.join)(e,"events.jsonl"),variables:(0,r.join)(e,"variables.json"),knownHosts:(0,r.join)(e,"known_hosts"),privateKey:(0,r.join)(e,"ssh-key"),connections:(0,r.join)(e,"ssh"),localTemp:(0,r.join)(e,"tmp")}}i(B,"playFiles");const b=new Set(["ANSIBLE_COLLECTIONS_PATH","ANSIBLE_COLLECTIONS_PATHS","ANSIBLE_ROLES_PATH"]);function O(e,t,n){const s=Object.entries(e).filter(([o])=>!o.startsWith("ANSIBLE_")||b.has(o));return{...Object.fromEntries(s),PYTHONUNBUFFERED:"1",ANSIBLE_CONFIG:t.config,ANSIBLE_LOCAL_TEMP:t.localTemp,ANSIBLE_CALLBACK_PLUGINS:t.plugins,ANSIBLE_CALLBACKS_ENABLED:"stagegate",ANSIBLE_STDOUT_CALLBACK:"default",STAGEGATE_ANSIBLE_EVENTS:t.events,ANSIBLE_NOCOLOR:"1",ANSIBLE_RETRY_FILES_ENABLED:"False",ANSIBLE_HOST_KEY_CHECKING:"True",ANSIBLE_SSH_RETRIES:"0",ANSIBLE_SSH_CONTROL_PATH_DIR:t.connections,ANSIBLE_SSH_ARGS:L(t),...n?{ANSIBLE_PRIVATE_KEY_FILE:t.privateKey}:{}}}i(O,"playEnvironment");const $=75;function L(e){const t=Buffer.byteLength(e.connections)<=$;return["-F","/dev/null",...["StrictHostKeyChecking=yes",`UserKnownHostsFile="${e.knownHosts}"`,"GlobalKnownHostsFile=/dev/null","UpdateHostKeys=no","IdentitiesOnly=yes","BatchMode=yes","ConnectTimeout=10","ServerAliveInterval=15","ServerAliveCountMax=4",...t?["ControlMaster=auto","ControlPersist=30s"]:["ControlMaster=no"]].flatMap(s=>["-o",`'${s}'`])].join(" ")}i(L,"sshArguments");function N(e,t){const n=e.split(`
`).flatMap(j),s=n.filter(a=>a.event==="recap").map(H),o=new Set(s.filter(a=>a.failed>0).map(a=>a.host)),d=n.some(a=>a.event==="end"),c=i(a=>n.filter(l=>l.event===a).map(l=>K(l,t)),"tasksOf");return{recap:s,failedTasks:c("failed").filter(a=>!d||o.has(a.host)),unreachable:c("unreachable"),complete:d}}i(N,"parsePlayEvents");function j(e){try{const t=JSON.parse(e);return typeof t=="object"&&t!==null?[t]:[]}catch{return[]}}i(j,"parseEvent");function H(e){const t=i(n=>typeof e[n]=="number"?e[n]:0,"count");return{host:p(e.host),ok:t("ok"),changed:t("changed"),failed:t("failures"),unreachable:t("unreachable"),skipped:t("skipped")}}i(H,"toRecap");function K(e,t){const n=p(e.path),s=(0,r.relative)(t,n),o=n===""||s.startsWith("..")||(0,r.isAbsolute)(s);return{host:p(e.host),task:p(e.task),path:o?void 0:s,message:p(e.message).trim()}}i(K,"toTask");function p(e){return typeof e=="string"?e:""}i(p,"play_events_text");function F(e,t,n,s){const d=n.recap.filter(f=>f.changed>0).map(f=>`${f.host} (${f.changed} changed)`).join(", "),c=n.complete?`Changed on the hosts: ${d||"nothing"}. The cluster is as it was.`:"It is not known what was changed on the hosts; the cluster is as it was.",{unreachable:a,failedTasks:l}=n;return a.length>0?new h.qU(P(a),{message:`${e}: ${v(a)} could not be reached.`,evidence:[...a,...l].slice(0,20).map(T),state:c}):l.length>0?new h.qU("E_ANSIBLE_TASK",{message:`${e}: ${l.length===1?"a task":`${l.length} tasks`} failed on ${v(l)}.`,evidence:l.slice(0,20).map(T),state:c}):new h.qU("E_ANSIBLE_FAILED",{message:`${e} could not be run (ansible-playbook ended with ${t}).`,evidence:s.split(`
`).filter(f=>f.trim()!=="").slice(-15).map(f=>f.slice(0,500)),state:c})}i(F,"playFailure");function P(e){const t=e.map(n=>n.message).join(`
`);return/host key verification failed|host identification has changed/i.test(t)?"E_ANSIBLE_HOST_KEY":/permission denied|too many authentication failures/i.test(t)?"E_ANSIBLE_AUTH":"E_ANSIBLE_UNREACHABLE"}i(P,"connectionCode");function T({host:e,task:t,path:n,message:s}){const o=n===void 0?"":` (${n})`;return`${e}: ${t}${o}: ${s.replaceAll(/\s*\n\s*/g," | ").slice(0,500)}`}i(T,"renderTask");function v(e){return[...new Set(e.map(t=>t.host))].join(", ")}i(v,"hosts");const M=16<<20;function U(e){const{processes:t}=e;return{async play({folder:n,playbook:s,inventory:o,check:d,variables:c,temporary:a,signal:l,onOutput:f}){const C=await t.find("ansible-playbook");if(C===void 0)throw new h.qU("E_TOOL_MISSING",{message:"ansible-playbook is not on the PATH."});const _=await(0,u.realpath)(n),Y=await I(_,s,[_]),V=await I(_,o,[_,await(0,u.realpath)(a)]),E=B(await(0,u.mkdtemp)((0,r.join)(await(0,u.realpath)(a),"ansible-")));try{await R(E,e,c);const A=await t.run({argv:[C,"--inventory",V,"--extra-vars",`@${E.variables}`,...d?["--check","--diff"]:[],Y],cwd:_,env:O(t.environment("own"),E,e.sshKey!==void 0),signal:l,onOutput:f}),w=await G(E.events,_);if(A.exitCode!==0)throw F(s,A.exitCode,w,`${A.stdout}
${A.stderr}`);return{recap:w.recap,failedTasks:w.failedTasks}}finally{await x(e,E),await(0,u.rm)(E.folder,{recursive:!0,force:!0})}}}}i(U,"createAnsible");async function I(e,t,n){const s=(0,r.resolve)(e,t),o=await(0,u.realpath)(s).catch(()=>{});if(o===void 0)throw new h.qU("E_ANSIBLE_FAILED",{message:`There is no ${t} in the deployment configurations.`,state:"Nothing was changed on the hosts.",next:"Correct deploy.infrastructure."});if(!n.some(c=>{const a=(0,r.relative)(c,o);return a!==".."&&!a.startsWith("../")&&!(0,r.isAbsolute)(a)}))throw new h.qU("E_PATH_OUTSIDE",{message:`${t} leads out of the deployment configurations.`});return s}i(I,"inside");async function R(e,{sshKey:t,knownHosts:n},s){for(const c of[e.plugins,e.connections,e.localTemp])await(0,u.mkdir)(c,{mode:448});const o=i((c,a)=>(0,u.writeFile)(c,a,{mode:384,flag:"wx"}),"write");await o(e.config,""),await o(e.events,""),await o((0,r.join)(e.plugins,"stagegate.py"),k),await o(e.knownHosts,y(n??"")),t!==void 0&&await o(e.privateKey,y(t));const d={ansible_host_key_checking:!0,ansible_ssh_args:L(e)};await o(e.variables,JSON.stringify({...s,...d}))}i(R,"writeFiles");function y(e){return e===""||e.endsWith(`
`)?e:`${e}
`}i(y,"ending");async function G(e,t){const n=await(0,u.open)(e);try{const{size:s}=await n.stat();return s>M?N("",t):N(await(0,u.readFile)(n,"utf8"),t)}finally{await n.close()}}i(G,"readEvents");const D=2e3;async function x({processes:e,clock:t},n){const s=await(0,u.readdir)(n.connections).catch(()=>[]),o=t.deadline(D,()=>new Error("ssh did not end its connections"));try{await Promise.allSettled(s.map(d=>e.run({argv:["ssh","-F","/dev/null","-S",(0,r.join)(n.connections,d),"-O","exit","host"],cwd:n.folder,env:e.environment("own"),signal:o.signal})))}finally{o.clear()}}i(x,"closeConnections")})};export{J as id,z as ids,X as modules};
