# PENSTOCK by fwgen(1). These are commands for sh(1), to be read; iptables-restore loads the same in one step.
# While they run, packets meet a chain that is not filled yet.
iptables -N PENSTOCK 2>/dev/null || iptables -F PENSTOCK
iptables -A PENSTOCK -s 192.0.2.11/32 -p tcp -m tcp --dport 22 -m comment --comment "EC2 - web-1" -j ACCEPT
iptables -A PENSTOCK -s 192.0.2.11/32 -p tcp -m tcp --dport 80 -m comment --comment "EC2 - web-1" -j ACCEPT
iptables -A PENSTOCK -s 192.0.2.11/32 -p tcp -m tcp --dport 443 -m comment --comment "EC2 - web-1" -j ACCEPT
iptables -A PENSTOCK -s 192.0.2.11/32 -p tcp -m tcp --dport 1000:1010 -m comment --comment "EC2 - web-1" -j ACCEPT
iptables -A PENSTOCK -s 192.0.2.11/32 -p tcp -m tcp --dport 2000:2010 -m comment --comment "EC2 - web-1" -j ACCEPT
iptables -A PENSTOCK -s 192.0.2.11/32 -p tcp -m tcp --dport 3000:3010 -m comment --comment "EC2 - web-1" -j ACCEPT
iptables -A PENSTOCK -s 192.0.2.11/32 -p tcp -m tcp --dport 4000:4010 -m comment --comment "EC2 - web-1" -j ACCEPT
iptables -A PENSTOCK -s 192.0.2.11/32 -p tcp -m tcp --dport 5000:5010 -m comment --comment "EC2 - web-1" -j ACCEPT
iptables -A PENSTOCK -s 192.0.2.11/32 -p tcp -m tcp --dport 6000:6010 -m comment --comment "EC2 - web-1" -j ACCEPT
iptables -A PENSTOCK -s 192.0.2.11/32 -p tcp -m tcp --dport 7000 -m comment --comment "EC2 - web-1" -j ACCEPT
iptables -A PENSTOCK -s 192.0.2.11/32 -p udp -m udp --dport 53 -m comment --comment "EC2 - web-1" -j ACCEPT
iptables -A PENSTOCK -s 192.0.2.11/32 -p udp -m udp --dport 60000:61000 -m comment --comment "EC2 - web-1" -j ACCEPT
iptables -A PENSTOCK -s 192.0.2.11/32 -p sctp -m sctp --dport 2905 -m comment --comment "EC2 - web-1" -j ACCEPT
iptables -C INPUT -j PENSTOCK 2>/dev/null || iptables -I INPUT -j PENSTOCK
