# PENSTOCK by fwgen(1). These are commands for sh(1), to be read; iptables-restore loads the same in one step.
# While they run, packets meet a chain that is not filled yet.
iptables -N PENSTOCK 2>/dev/null || iptables -F PENSTOCK
iptables -A PENSTOCK -s 192.0.2.11/32 -p tcp -m tcp --dport 22 -m comment --comment "EC2 - web-1" -j ACCEPT
iptables -A PENSTOCK -s 192.0.2.11/32 -p udp -m udp --dport 53 -m comment --comment "EC2 - web-1" -j ACCEPT
iptables -A PENSTOCK -p tcp -m tcp --dport 22 -j DROP
iptables -A PENSTOCK -p udp -m udp --dport 53 -j DROP
iptables -C INPUT -j PENSTOCK 2>/dev/null || iptables -I INPUT -j PENSTOCK
ip6tables -N PENSTOCK 2>/dev/null || ip6tables -F PENSTOCK
ip6tables -A PENSTOCK -p tcp -m tcp --dport 22 -j DROP
ip6tables -A PENSTOCK -p udp -m udp --dport 53 -j DROP
ip6tables -C INPUT -j PENSTOCK 2>/dev/null || ip6tables -I INPUT -j PENSTOCK
