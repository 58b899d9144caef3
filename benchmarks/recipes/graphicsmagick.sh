#!/bin/sh
# Match each channel's mean with GraphicsMagick: sh graphicsmagick.sh OUT TARGET PHOTO...
set -eu
out=$1 target=$2
shift 2
means() { gm identify -verbose "$1" | awk '$1 == "Mean:" { printf "%s ", $2 }'; }
wanted=$(means "$target")
for photo; do
    set -- $(echo "$wanted $(means "$photo")" | awk '{ print $1 / $4, $2 / $5, $3 / $6 }')
    gm convert "$photo" -operator red multiply "$1" -operator green multiply "$2" -operator blue multiply "$3" \
        "$out/$(basename "$photo")"
done
