unset x; echo "${x:-'a}b'}"; echo "${x:-a\}b}"; echo "${x:-"a  b" c}"; y="'a}"; echo "${y#"'"}"; echo $((2)) $[1+1] "$(( "3" ))"
echo "${x:-a$(echo '}')b}"
