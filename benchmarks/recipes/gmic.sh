#!/bin/sh
# Match each channel's histogram with G'MIC: sh gmic.sh OUT TARGET PHOTO...
set -eu
out=$1 target=$2
shift 2
for photo; do
    gmic "$photo" "$target" -transfer_histogram[0] [1],256 -output[0] "$out/$(basename "$photo")"
done
