#!/bin/sh
# Ambidex, vendored by `ambidex install`; Claude Code runs it as:  sh launch <event>
# It finds the Ambidex of this machine and hands over. On a machine without Ambidex it lets
# everything pass, and says so once per session: nobody is locked out by a committed setting.
# Where Ambidex is installed but broken, tool calls are refused: that must not pass unseen.

event=${1-}
home=${HOME:-$(eval "printf %s ~$(id -un)")}
data=${AMBIDEX_DATA_HOME:-${XDG_DATA_HOME:-$home/.local/share}/ambidex}
# A session that was started from some plugin's hook must not lend us that plugin's folder.
unset CLAUDE_PLUGIN_DATA CLAUDE_PLUGIN_ROOT
export AMBIDEX_DATA_HOME="$data"

if [ ! -e "$data/root" ]; then
    case $event in
    session_start)
        printf '%s\n' '{"systemMessage":"This project is guarded by Ambidex, which is not installed on this machine, so nothing is checked here. To install it: pip install ambidex && ambidex install"}'
        ;;
    esac
    exit 0
fi

root=
[ -f "$data/root" ] && [ -r "$data/root" ] && IFS= read -r root <"$data/root"
case $root in
/*) [ -r "$root/hooks/launch" ] && exec /bin/sh "$root/hooks/launch" "$@" ;;
esac

# Only what needs no escaping goes into JSON.
where=$data/root
case $where in
*[!A-Za-z0-9/._\ -]*) where='the file root in the data folder of Ambidex' ;;
esac
way="Install it again (pip install --force-reinstall ambidex && ambidex install), or delete $where to go on without it."
case $event in
pre_tool_use)
    printf '{"hookSpecificOutput":{"hookEventName":"PreToolUse","permissionDecision":"deny","permissionDecisionReason":"ambidex.guard.unavailable: Ambidex was installed on this machine but its files are gone, so this call was not judged and is refused; another route to the same effect is refused as well. For a person: %s"}}\n' "$way"
    ;;
session_start | setup | user_prompt_submit | stop | subagent_stop | task_completed)
    printf '{"systemMessage":"Ambidex was installed on this machine but its files are gone; nothing is checked. %s"}\n' "$way"
    ;;
esac
exit 0
