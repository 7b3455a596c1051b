// The guardian: a script for sh(1) in a session of its own that puts everything back unless it is told not to. It outlives
// the run that started it, whatever ended that one.

/**
 * Its arguments are the pending folder, the id in it, and the lock. While a run loads (phase `loading`) it holds the lock: if
 * the lock is free then, the run is dead and what it left half done is undone at once. Afterwards (phase `waiting`) it is
 * undone when the time is over. The time is the kernel's own since its start, which nobody sets.
 */
export const GUARDIAN: string = `#!/bin/sh
# Started by fwgen(1) in a session of its own: unless "fwgen confirm" comes in time, what was loaded is undone.
trap '' HUP INT
dir=$1 id=$2 lock=$3
exec </dev/null >>"$dir/guardian.log" 2>&1

ours() { [ "$(cat "$dir/id" 2>/dev/null)" = "$id" ]; }

while ours; do
  case $(cat "$dir/phase" 2>/dev/null) in
  loading)
    exec 9>>"$lock"
    if flock --nonblock 9; then
      if ours && [ "$(cat "$dir/phase")" = loading ]; then
        echo 'the run that loaded it has died'
        sh "$dir/undo.sh" || echo 'not all could be put back'
        exit
      fi
    fi
    exec 9>&-
    ;;
  waiting)
    read -r now _ </proc/uptime
    if [ "\${now%.*}" -ge "$(cat "$dir/deadline")" ]; then
      exec 9>>"$lock"
      flock --timeout 60 9
      ours || exit
      echo 'it was not confirmed in time'
      sh "$dir/undo.sh" || echo 'not all could be put back'
      exit
    fi
    ;;
  esac
  sleep 0.5
done
`;
