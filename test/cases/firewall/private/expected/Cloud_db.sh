# Cloud_db by fwgen(1). These are commands for sh(1), to be read; iptables-restore loads the same in one step.
# While they run, packets meet a chain that is not filled yet.
iptables -N Cloud_db 2>/dev/null || iptables -F Cloud_db
iptables -A Cloud_db -s 10.20.1.11/32 -p tcp -m tcp --dport 3306 -m comment --comment "EC2 - web-1" -j ACCEPT
iptables -C FORWARD -j Cloud_db 2>/dev/null || iptables -I FORWARD -j Cloud_db
ip6tables -N Cloud_db 2>/dev/null || ip6tables -F Cloud_db
ip6tables -C FORWARD -j Cloud_db 2>/dev/null || ip6tables -I FORWARD -j Cloud_db
