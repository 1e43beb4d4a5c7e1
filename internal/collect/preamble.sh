#!/bin/sh
# Makes the folder that 'warder audit --input FOLDER' reads, with read-only calls of the AWS CLI (version 1 or 2).
#
#   sh collect.sh [FOLDER]        FOLDER is warder-export where none is named
#
# AWS_PROFILE says as whom, AWS_ENDPOINT_URL where if not at AWS, REGIONS="eu-west-1 us-east-1" in which regions if not in all
# that the account has. What is refused is told at the end, and the audit lists it as not assessed. The folder may hold secrets
# that stand in the environment of functions and builds: it is readable for its owner alone, and nothing of it is sent anywhere.
set -u
umask 077

out=${1:-warder-export}
region= account= item= before= n=0

command -v aws >/dev/null || { echo 'The AWS CLI (aws) is not there.' >&2; exit 1; }
# The region of the profile tells the partition: China and GovCloud have their own.
export AWS_PAGER= AWS_DEFAULT_REGION="${AWS_REGION:-${AWS_DEFAULT_REGION:-$(aws configure get region || echo us-east-1)}}"
if [ -d "$out" ] && [ -n "$(ls -A "$out")" ]; then
  echo "$out holds files already: name another folder." >&2
  exit 1
fi
mkdir -p "$out" || exit 1
sets=$(mktemp -d) || exit 1
trap 'rm -rf "$sets"' EXIT
trap 'exit 130' INT TERM
: >"$sets/.missing"

# ask QUERY ARGUMENTS: what the query finds in the answer, a line for each.
ask() {
  query=$1
  shift
  aws "$@" ${region:+--region "$region"} --query "$query" --output text >"$sets/.found" 2>/dev/null || return 1
  tr '\t' '\n' <"$sets/.found" | sed '/^None$/d; /^$/d'
}

# await MEMBER VALUES ARGUMENTS: until the member has another value.
await() {
  member=$1 values=$2 wait=1
  shift 2
  while state=$(ask "$member" "$@"); do
    case " $values " in *" $state "*) ;; *) return ;; esac
    sleep "$wait"
    [ "$wait" -ge 8 ] || wait=$((wait * 2))
  done
}

# give SET QUERY ARGUMENTS: adds what the query finds to a set.
give() {
  set=$1
  shift
  ask "$@" >>"$sets/$set"
}

# empty SETS: makes them, with nothing in them.
empty() { for set in "$@"; do : >"$sets/$set"; done; }

# part N ITEM: the part of the item behind its slash number N.
part() { printf '%s' "$2" | cut -d/ -f$(($1 + 1)); }

# escaped: a line as it stands in JSON.
escaped() { printf '%s' "$1" | tr -d '\000-\037' | sed 's/[\\"]/\\&/g'; }

# request NAME VALUE …: the parameters as JSON.
request() {
  comma=
  printf '{'
  while [ $# -gt 1 ]; do
    printf '%s"%s":"%s"' "$comma" "$1" "$(escaped "$2")"
    comma=,
    shift 2
  done
  printf '}'
}

# call OPERATION REQUEST SERVICE COMMAND ARGUMENTS: one call, whose answer goes into the file of its command, or its error.
call() {
  operation=$1 request=$2
  shift 2
  file="$out/$1${region:+/$region}/$2"
  mkdir -p "${file%/*}" || exit 1
  [ "$n" -lt 1000 ] || file="$file-$((n / 1000))"
  head=$(printf '{"Operation":"%s","Account":"%s"%s,"Request":%s' "$operation" "$account" "${region:+,\"Region\":\"$region\"}" "$request")
  if aws "$@" ${region:+--region "$region"} --output json >"$sets/.answer" 2>"$sets/.error"; then
    [ -s "$sets/.answer" ] || echo '{}' >"$sets/.answer"
    { printf '%s,"Answer":' "$head"; cat "$sets/.answer"; echo '}'; } >>"$file.json"
    return 0
  fi
  code=$(sed -n 's/.*An error occurred (\([A-Za-z0-9.]*\)) when calling.*/\1/p' "$sets/.error" | head -n 1)
  message=$(sed '/^$/d' "$sets/.error" | tail -n 1)
  printf '%s,"Error":{"Code":"%s","Message":"%s"}}\n' "$head" "${code:-NoAnswer}" "$(escaped "$message")" >>"$file.json"
  case $code in
  *NoSuch* | *NotFound* | AWSOrganizationsNotInUseException) ;; # there is none, which is an answer
  *) echo "$operation: ${code:-$message}" >>"$sets/.missing" ;;
  esac
  return 1
}

# finish tells what is missing.
finish() {
  echo "$out holds what account $account answered." >&2
  if [ -s "$sets/.missing" ]; then
    echo 'Refused, and so not assessed (number of calls, operation, reason):' >&2
    sort "$sets/.missing" | uniq -c >&2
  fi
}

account=$(aws sts get-caller-identity --query Account --output text) || exit 1
