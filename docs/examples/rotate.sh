#!/bin/sh
# Replaces the personal access token that it logs in with by a new one of the same name and scope:
#
#   rotate.sh [FILE]
#
# It creates the new token, logs in with it, and verifies it by a search. Then it writes the new
# credentials to FILE (default sail.env), and deletes the old token. If a step fails before FILE is
# written, it deletes the new token, and the old one stays in use. Its exit code is 0 only after
# all steps.
#
# It needs curl 7.76 or later, Python 3, and the variables SAIL_BASE_URL, SAIL_CLIENT_ID and
# SAIL_CLIENT_SECRET. SAIL_TOKEN_DAYS is the lifetime of the new token in days (default 90).
set -eu
umask 077 # all files are private

: "${SAIL_BASE_URL:?}" "${SAIL_CLIENT_ID:?}" "${SAIL_CLIENT_SECRET:?}"
file=${1:-sail.env}
tokens=/v2025/personal-access-tokens
work=$(mktemp -d)
new_id=
stored=

# finish deletes the new token unless its credentials are stored.
finish() {
	code=$?
	trap - EXIT HUP INT TERM
	rm -f "$work/send"
	if [ -n "$new_id" ] && [ -z "$stored" ]; then
		if (request old DELETE "$tokens/$new_id" 204); then
			echo "rotate: rolled back: deleted the new token $new_id, the old one stays in use" >&2
		else
			echo "rotate: delete the new token $new_id yourself: the old one stays in use" >&2
		fi
	fi
	rm -rf "$work"
	exit "$code"
}
trap finish EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

fail() {
	echo "rotate: $*" >&2
	exit 1
}

# value FIELD prints a field of the last JSON response.
value() {
	python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))[sys.argv[2]])' \
		"$work/body" "$1"
}

# login NAME ID SECRET writes the header of the access token to the file NAME. Secrets are not on
# the command line, where other users see them.
login() {
	status=$(printf 'grant_type=client_credentials&client_id=%s&client_secret=%s' "$2" "$3" |
		curl -sS -o "$work/body" -w '%{http_code}' --data @- "$SAIL_BASE_URL/oauth/token") ||
		return 1
	[ "$status" = 200 ] || return 1
	printf 'Authorization: Bearer %s\n' "$(value access_token)" >"$work/$1"
}

# request NAME METHOD PATH STATUS sends the file "send", if there is one, with the access token
# NAME. It expects the status.
request() {
	set -- "$1" "$2" "$3" "$4" -X "$2" -H "@$work/$1"
	if [ -e "$work/send" ]; then
		set -- "$@" -H 'Content-Type: application/json' --data-binary "@$work/send"
	fi
	path=$3 want=$4 name=$2
	shift 4
	status=$(curl -sS -o "$work/body" -D "$work/head" -w '%{http_code}' "$@" \
		"$SAIL_BASE_URL$path") || status="no response"
	rm -f "$work/send"
	[ "$status" = "$want" ] ||
		fail "$name $path: got $status, want $want: $(head -c 300 "$work/body" 2>/dev/null)"
}

login old "$SAIL_CLIENT_ID" "$SAIL_CLIENT_SECRET" || fail "cannot log in with $SAIL_CLIENT_ID"
request old GET "$tokens?owner-id=me" 200

# The name ends with the time of the rotation, because names are unique.
python3 - "$SAIL_CLIENT_ID" "${SAIL_TOKEN_DAYS:-90}" "$work/body" >"$work/send" <<'END'
import datetime, json, re, sys

client_id, days, listed = sys.argv[1:]
old = next(token for token in json.load(open(listed)) if token["id"] == client_id)
now = datetime.datetime.now(datetime.timezone.utc)
expires = now + datetime.timedelta(days=int(days))
print(json.dumps({
    "name": re.sub(r" \d{8}T\d{6}Z$", "", old["name"]) + now.strftime(" %Y%m%dT%H%M%SZ"),
    "scope": old["scope"],
    "accessTokenValiditySeconds": old["accessTokenValiditySeconds"],
    "expirationDate": expires.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
}))
END
request old POST "$tokens" 200
new_id=$(value id)
new_secret=$(value secret)
echo "created $new_id: $(value name)"

tries=5
until login new "$new_id" "$new_secret"; do
	tries=$((tries - 1))
	[ "$tries" -gt 0 ] || fail "cannot log in with the new token $new_id"
	sleep 2 # a tenant may need a moment
done
echo "logged in with it"

search='{"indices":["events"],"query":{"query":"*"}}'
printf %s "$search" >"$work/send"
request new POST "/v2025/search/events?limit=1" 200
python3 -c 'import json, sys; assert isinstance(json.load(open(sys.argv[1])), list)' \
	"$work/body" 2>/dev/null || fail "the search returned no list: $(head -c 300 "$work/body")"
printf %s "$search" >"$work/send"
request new POST /v2025/search/count 204
count=$(sed -n 's/^[Xx]-[Tt]otal-[Cc]ount: *\([0-9]*\).*/\1/p' "$work/head")
[ -n "$count" ] || fail "the search has no X-Total-Count"
echo "verified by a search (X-Total-Count: $count)"

printf 'SAIL_BASE_URL=%s\nSAIL_CLIENT_ID=%s\nSAIL_CLIENT_SECRET=%s\n' \
	"$SAIL_BASE_URL" "$new_id" "$new_secret" >"$file.new"
trap '' HUP INT TERM # a signal between the two lines would delete the stored token
mv "$file.new" "$file"
stored=yes
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
echo "wrote $file"

request new DELETE "$tokens/$SAIL_CLIENT_ID" 204
echo "deleted $SAIL_CLIENT_ID"
