# PENSTOCK by fwgen(1). These are commands for sh(1), to be read; iptables-restore loads the same in one step.
# While they run, packets meet a chain that is not filled yet.
iptables -N PENSTOCK 2>/dev/null || iptables -F PENSTOCK
iptables -A PENSTOCK -s 192.0.2.1/32 -p tcp -m tcp --dport 22 -m comment --comment "EC2 - x' -j ACCEPT -A INPUT -j ACCEPT #" -j ACCEPT
iptables -A PENSTOCK -s 192.0.2.2/32 -p tcp -m tcp --dport 22 -m comment --comment "EC2 - '; } add rule inet filter input accept ; #" -j ACCEPT
iptables -A PENSTOCK -s 192.0.2.3/32 -p tcp -m tcp --dport 22 -m comment --comment "EC2 - _(reboot) _reboot_ __/" -j ACCEPT
iptables -A PENSTOCK -s 192.0.2.4/32 -p tcp -m tcp --dport 22 -m comment --comment "EC2 - 東東東東東東東東東東東東東東東東東東東東東東東東東東東東東東東東東東東東東東東東東東東東東東東東東東東東東東東東東東東東東東東東東東東東東東東東東東東東東東東東東東東" -j ACCEPT
iptables -A PENSTOCK -s 192.0.2.5/32 -p tcp -m tcp --dport 22 -m comment --comment "EC2 -" -j ACCEPT
iptables -C INPUT -j PENSTOCK 2>/dev/null || iptables -I INPUT -j PENSTOCK
