"""A mailing list of GNU Mailman 3: reads mails as lines of JSON, and prints what it sends of each."""
import base64, json, os, sys

sys.path.pop(0)  # or this file would be the package

var = sys.argv[1]
with open(os.path.join(var, "mailman.cfg"), "w") as f:
    f.write(f"""[mailman]
layout: here
site_owner: dueno@listas.test
[paths.here]
var_dir: {var}
bin_dir: {var}/bin
log_dir: {var}/log
lock_dir: {var}/lock
data_dir: {var}/data
cache_dir: {var}/cache
etc_dir: {var}/etc
messages_dir: {var}/messages
archive_dir: {var}/archives
template_dir: {var}/templates
pid_file: {var}/master.pid
lock_file: {var}/lock/master.lck
[database]
url: sqlite:///{var}/mailman.db
[mta]
incoming: mailman.mta.null.NullMTA
[dkim]
enable: no
""")
from mailman.core.initialize import initialize
initialize(os.path.join(var, "mailman.cfg"))
from mailman.app.lifecycle import create_list
from mailman.config import config
from mailman.interfaces.domain import IDomainManager
from mailman.interfaces.subscriptions import ISubscriptionManager
from mailman.interfaces.usermanager import IUserManager
from mailman.interfaces.mailinglist import DMARCMitigateAction, ReplyToMunging
from mailman.interfaces.autorespond import ResponseAction
from mailman.interfaces.action import Action
from mailman.database.transaction import transaction
from mailman.app.inject import inject_text
from mailman.testing.helpers import make_testable_runner
from mailman.utilities.datetime import now
from zope.component import getUtility
from mailman.runners.incoming import IncomingRunner
from mailman.runners.pipeline import PipelineRunner
from mailman.runners.command import CommandRunner
from mailman.runners.virgin import VirginRunner
from mailman.runners.bounce import BounceRunner

import logging; logging.getLogger("mailman.error").addHandler(logging.StreamHandler())
import mailman.rules.dmarc
mailman.rules.dmarc.maybe_mitigate = lambda *_: True  # there is no DNS here
options = json.loads(sys.argv[2])
with transaction():
    getUtility(IDomainManager).add("listas.test")
    mlist = create_list("todos@listas.test", style_name="legacy-default")
    mlist.send_welcome_message = False
    for name, value in options.get("set", {}).items():
        setattr(mlist, name, value)
    if options.get("munge"):
        mlist.dmarc_mitigate_action = DMARCMitigateAction.munge_from
        mlist.dmarc_mitigate_unconditionally = True
        mlist.reply_goes_to_list = ReplyToMunging.point_to_list
    if options.get("responds"):
        for kind in ("postings", "requests", "owner"):
            setattr(mlist, f"autorespond_{kind}", ResponseAction.respond_and_continue)
            setattr(mlist, f"autoresponse_{kind}_text", "Recibimos su mensaje en la lista.")
    if options.get("open"):
        mlist.default_nonmember_action = Action.accept
    users = getUtility(IUserManager)
    for address in options["members"]:
        a = users.create_address(address)
        a.verified_on = now()
        mlist.subscribe(a)
runners = [make_testable_runner(r, q) for r, q in (
    (IncomingRunner, "in"), (PipelineRunner, "pipeline"), (CommandRunner, "command"), (BounceRunner, "bounces"), (VirginRunner, "virgin"))]
out = config.switchboards["out"]
print("ready", flush=True)
queues = {"": "in", "-owner": "in", "-request": "command", "-join": "command", "-leave": "command", "-bounces": "bounces"}
for line in sys.stdin:
    mail = json.loads(line)
    local = mail["to"].split("@")[0].split("+")[0]
    suffix = local[len("todos"):]
    with transaction():
        inject_text(mlist, base64.b64decode(mail["raw"]).decode("utf-8", "replace"),
                    switchboard=queues.get(suffix, "in"), listid=mlist.list_id,
                    to_list=suffix == "", to_owner=suffix == "-owner",
                    subaddress=suffix[1:], envsender=mail["from"])
    for _ in range(3):
        for r in runners:
            r.run()
    sent = []
    for file in out.files:
        msg, data = out.dequeue(file)
        out.finish(file)
        for to in data.get("recipients", []):
            sent.append({"from": mlist.bounces_address, "to": to,
                         "raw": base64.b64encode(msg.as_bytes()).decode()})
    print(json.dumps(sent), flush=True)
