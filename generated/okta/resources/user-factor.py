from datetime import datetime, timezone

from twingen.runtime.handlers import Reply

# Nobody reads the phones and tokens of a twin: its passcode is always that of the contract's example.
PASSCODE = "418203"
SENT = ("sms", "call", "email")
DEVICES = ("u2f", "webauthn")
WAIT = {"sms": 30, "call": 30, "email": 5}
TOO_SOON = {
    "sms": ("E0000109", "An SMS message was recently sent. Please wait 30 seconds before trying again."),
    "email": ("E0000118", "An email was recently sent. Please wait 5 seconds before trying again."),
    "call": ("E0000047", "API call exceeded rate limit due to too many requests."),
}
SUCCESS = {"factorResult": "SUCCESS"}


def failure(scope, status, code, summary, *causes):
    made = scope.create("user-factor-failure", {"code": code})
    return Reply({"errorCode": code, "errorSummary": summary, "errorLink": code, "errorId": made.id,
                  "errorCauses": [{"errorSummary": cause} for cause in causes]}, status=status)


def wrong(scope):
    return failure(scope, 403, "E0000068", "Invalid Passcode/Answer",
                   "Your passcode doesn't match our records. Please try again.")


def at(epoch):
    return datetime.fromtimestamp(int(epoch), timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def shown(profile):
    return {key: value for key, value in (profile or {}).items() if key not in ("answer", "sharedSecret")}


def last_message(scope, factor):
    messages = list(scope.all("user-factor-message", factor=factor.id))
    return messages[-1] if messages else None


def verify(scope):
    factor = scope.factor
    body = scope.body or {}
    kind = factor.data.get("factorType")
    profile = factor.data.get("profile") or {}
    here = scope.base + "/api/v1/users/" + scope.user.id + "/factors/" + factor.id

    if kind == "question":
        return wrong(scope)  # the right answer is told apart in user-factor.yaml

    if kind == "push":
        agent = [value for name, value in dict(scope.headers or {}).items() if name.lower() == "user-agent" and value]
        if not agent:
            return failure(scope, 400, "E0000028", "The request is missing a required parameter.")
        data = {"factorResult": "WAITING", "expiresAt": at(scope.epoch + 300), "until": scope.epoch + 300}
        if profile:
            data["profile"] = shown(profile)
        made = scope.create("user-factor-transaction", data, factor=factor)
        link = here + "/transactions/" + made.id
        answer = {"expiresAt": data["expiresAt"], "factorResult": "WAITING",
                  "_links": {"poll": {"href": link, "hints": {"allow": ["GET"]}},
                             "cancel": {"href": link, "hints": {"allow": ["DELETE"]}}}}
        if body.get("useNumberMatchingChallenge"):
            # Two digits as in the example.
            number = 10 + sum(ord(letter) for letter in made.id) % 90
            scope.change(made, correctAnswer=number)
            answer["_embedded"] = {"challenge": {"correctAnswer": number}}
        return Reply(answer, status=201)

    if kind in DEVICES and body.get("clientData") and body.get("signatureData"):
        return SUCCESS

    message = last_message(scope, factor)
    code = body.get("passCode")
    if kind not in DEVICES and (code or kind not in SENT):
        if code != PASSCODE:
            return wrong(scope)
        used = message is not None and message.data.get("used")
        # A token shows a new code each 30 seconds.
        if used and (kind in SENT or message.data.get("at", 0) > scope.epoch - 30):
            return failure(scope, 403, "E0000082", "Each code can only be used once. Please wait for a new code and try again.")
        if kind == "email" and message is not None and message.data.get("until", 0) < scope.epoch:
            return failure(scope, 403, "E0000083", "PassCode is valid but exceeded time window.")
        if kind in SENT and message is not None:
            scope.change(message, used=True)
        else:
            scope.create("user-factor-message", {"at": scope.epoch, "used": True, "until": scope.epoch + 300}, factor=factor)
        return SUCCESS

    if kind in SENT and message is not None and not message.data.get("checked") and message.data.get("at", 0) > scope.epoch - WAIT[kind]:
        return failure(scope, 429, *TOO_SOON[kind])

    answer = {"factorResult": "CHALLENGE", "profile": shown(profile),
              "_links": {"verify": {"href": here + "/verify", "hints": {"allow": ["POST"]}},
                         "factor": {"href": here, "hints": {"allow": ["GET", "DELETE"]}}}}
    lifetime = int(scope.query.get("tokenLifetimeSeconds") or 300)
    made = scope.create("user-factor-message", {"at": scope.epoch, "used": False, "until": scope.epoch + lifetime}, factor=factor)
    if kind in DEVICES:
        answer["_embedded"] = {"challenge": {"nonce" if kind == "u2f" else "challenge": made.id}}
    return answer
