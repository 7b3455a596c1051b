# PENSTOCK by fwgen(1). These are commands for sh(1), to be read; iptables-restore loads the same in one step.
# While they run, packets meet a chain that is not filled yet.
iptables -N PENSTOCK 2>/dev/null || iptables -F PENSTOCK
iptables -A PENSTOCK -s 192.0.2.11/32 -p tcp -m tcp --dport 22 -m comment --comment "EC2 - web-1" -j ACCEPT
iptables -A PENSTOCK -s 192.0.2.11/32 -p tcp -m tcp --dport 80 -m comment --comment "EC2 - web-1" -j ACCEPT
iptables -A PENSTOCK -s 192.0.2.11/32 -p tcp -m tcp --dport 3690 -m comment --comment "EC2 - web-1" -j ACCEPT
iptables -A PENSTOCK -s 192.0.2.11/32 -p tcp -m tcp --dport 4949 -m comment --comment "EC2 - web-1" -j ACCEPT
iptables -A PENSTOCK -s 192.0.2.11/32 -p tcp -m tcp --dport 8140 -m comment --comment "EC2 - web-1" -j ACCEPT
iptables -A PENSTOCK -s 192.0.2.12/32 -p tcp -m tcp --dport 22 -m comment --comment "EC2 - web-2" -j ACCEPT
iptables -A PENSTOCK -s 192.0.2.12/32 -p tcp -m tcp --dport 80 -m comment --comment "EC2 - web-2" -j ACCEPT
iptables -A PENSTOCK -s 192.0.2.12/32 -p tcp -m tcp --dport 3690 -m comment --comment "EC2 - web-2" -j ACCEPT
iptables -A PENSTOCK -s 192.0.2.12/32 -p tcp -m tcp --dport 4949 -m comment --comment "EC2 - web-2" -j ACCEPT
iptables -A PENSTOCK -s 192.0.2.12/32 -p tcp -m tcp --dport 8140 -m comment --comment "EC2 - web-2" -j ACCEPT
iptables -C INPUT -j PENSTOCK 2>/dev/null || iptables -I INPUT -j PENSTOCK
ip6tables -N PENSTOCK 2>/dev/null || ip6tables -F PENSTOCK
ip6tables -A PENSTOCK -s 2001:db8:a:1::11/128 -p tcp -m tcp --dport 22 -m comment --comment "EC2 - web-1" -j ACCEPT
ip6tables -A PENSTOCK -s 2001:db8:a:1::11/128 -p tcp -m tcp --dport 80 -m comment --comment "EC2 - web-1" -j ACCEPT
ip6tables -A PENSTOCK -s 2001:db8:a:1::11/128 -p tcp -m tcp --dport 3690 -m comment --comment "EC2 - web-1" -j ACCEPT
ip6tables -A PENSTOCK -s 2001:db8:a:1::11/128 -p tcp -m tcp --dport 4949 -m comment --comment "EC2 - web-1" -j ACCEPT
ip6tables -A PENSTOCK -s 2001:db8:a:1::11/128 -p tcp -m tcp --dport 8140 -m comment --comment "EC2 - web-1" -j ACCEPT
ip6tables -A PENSTOCK -s 2001:db8:a:2::12/128 -p tcp -m tcp --dport 22 -m comment --comment "EC2 - web-2" -j ACCEPT
ip6tables -A PENSTOCK -s 2001:db8:a:2::12/128 -p tcp -m tcp --dport 80 -m comment --comment "EC2 - web-2" -j ACCEPT
ip6tables -A PENSTOCK -s 2001:db8:a:2::12/128 -p tcp -m tcp --dport 3690 -m comment --comment "EC2 - web-2" -j ACCEPT
ip6tables -A PENSTOCK -s 2001:db8:a:2::12/128 -p tcp -m tcp --dport 4949 -m comment --comment "EC2 - web-2" -j ACCEPT
ip6tables -A PENSTOCK -s 2001:db8:a:2::12/128 -p tcp -m tcp --dport 8140 -m comment --comment "EC2 - web-2" -j ACCEPT
ip6tables -C INPUT -j PENSTOCK 2>/dev/null || ip6tables -I INPUT -j PENSTOCK
