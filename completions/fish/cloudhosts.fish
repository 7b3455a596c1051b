# fish completion for cloudhosts(1); made from the program's declaration by `npm run man`; do not edit
complete -c cloudhosts -l from -x -a 'aws ec2-legacy gcp azure hcloud digitalocean openstack linode vultr kubernetes terraform ansible consul aws-ranges gcp-ranges azure-ranges github-ranges oracle-ranges fastly-ranges cloudflare-ranges geofeed cidr-list' -d 'read the documents as those of this source, instead of recognising each by its shape'
complete -c cloudhosts -s s -l select -x -d 'keep only hosts of which this holds'
complete -c cloudhosts -s f -l format -x -a 'stream table addresses csv' -d 'what is written; stream unless given'
complete -c cloudhosts -s a -l addresses -x -a 'public private all' -d 'keep only addresses of this scope, instead of all'
complete -c cloudhosts -l limit -x -d 'the largest document that is read, in MiB; 128 unless given'
complete -c cloudhosts -s j -l json -d 'write diagnostics as JSON Lines'
complete -c cloudhosts -s h -l help -d 'print a summary of the command line and end'
complete -c cloudhosts -l version -d 'print the version and end'
