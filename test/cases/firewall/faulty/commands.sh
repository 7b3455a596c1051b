iptables -N PENSTOCK 2>/dev/null || iptables -F PENSTOCK
iptables -A PENSTOCK -s 192.0.2.1/32 -p tcp -m tcp --dport 65536 -m comment --comment "no such port" -j ACCEPT
iptables -C INPUT -j PENSTOCK 2>/dev/null || iptables -I INPUT -j PENSTOCK
