#!/bin/sh
# Match mean and covariance with colortrans (its default): sh colortrans.sh OUT TARGET PHOTO...
set -eu
out=$1 target=$2
shift 2
for photo; do
    colortrans "$photo" "$target" "$out/$(basename "$photo")"
done
