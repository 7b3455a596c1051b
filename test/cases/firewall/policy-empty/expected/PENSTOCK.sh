# PENSTOCK by fwgen(1). These are commands for sh(1), to be read; iptables-restore loads the same in one step.
# While they run, packets meet a chain that is not filled yet.
iptables -N PENSTOCK 2>/dev/null || iptables -F PENSTOCK
iptables -N PENSTOCK-forward 2>/dev/null || iptables -F PENSTOCK-forward
iptables -A PENSTOCK -s 192.0.2.1/32 -p tcp -m tcp --dport 80 -j ACCEPT
iptables -C INPUT -j PENSTOCK 2>/dev/null || iptables -I INPUT -j PENSTOCK
iptables -C FORWARD -j PENSTOCK-forward 2>/dev/null || iptables -I FORWARD -j PENSTOCK-forward
ip6tables -N PENSTOCK 2>/dev/null || ip6tables -F PENSTOCK
ip6tables -N PENSTOCK-forward 2>/dev/null || ip6tables -F PENSTOCK-forward
ip6tables -C INPUT -j PENSTOCK 2>/dev/null || ip6tables -I INPUT -j PENSTOCK
ip6tables -C FORWARD -j PENSTOCK-forward 2>/dev/null || ip6tables -I FORWARD -j PENSTOCK-forward
