#!/bin/sh
# Match each channel's mean with ImageMagick: sh imagemagick.sh OUT TARGET PHOTO...
set -eu
out=$1 target=$2
shift 2
means() { identify -format '%[fx:mean.r] %[fx:mean.g] %[fx:mean.b]' "$1"; }
wanted=$(means "$target")
for photo; do
    set -- $(echo "$wanted $(means "$photo")" | awk '{ print $1 / $4, $2 / $5, $3 / $6 }')
    mogrify -path "$out" -channel R -evaluate multiply "$1" -channel G -evaluate multiply "$2" \
        -channel B -evaluate multiply "$3" "$photo"
done
