# fish completion for sockbridge(1); made from the program's declaration by `npm run man`; do not edit
complete -c sockbridge -f
complete -c sockbridge -s d -d 'say more about what is done'
complete -c sockbridge -l json -d 'write faults of the command line as JSON Lines'
complete -c sockbridge -s v -d 'write what is carried to standard error, as text'
complete -c sockbridge -s x -d 'like -v, in hexadecimal; with -v both side by side'
complete -c sockbridge -l socat -d 'take the rest of the command line as socat does; stands before all else'
complete -c sockbridge -s b -x -d 'carry at most so many bytes in one piece'
complete -c sockbridge -s t -x -d 'when one side has ended, wait so long for the other one to say something, instead of 30 s'
complete -c sockbridge -s T -x -d 'end a connection on which nothing was carried, either way, for so long; 0 is without limit'
complete -c sockbridge -s u -d 'carry from the first address to the second only'
complete -c sockbridge -s U -d 'carry from the second address to the first only'
complete -c sockbridge -s h -l help -d 'print a summary of the command line and end'
complete -c sockbridge -l version -d 'print the version and end'
