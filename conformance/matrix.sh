#!/bin/sh
echo "stop: the session ends; commit and report" >&2; exit 1
