# INPUT by fwgen(1). These are commands for sh(1), to be read; iptables-restore loads the same in one step.
# INPUT is not ours: each run adds all lines once more, and hosts that are gone stay in it.
iptables -A INPUT -s 192.0.2.11/32 -p tcp -m tcp --dport 22 -m comment --comment "EC2 - web-1" -j ACCEPT
