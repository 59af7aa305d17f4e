#!/usr/bin/env python3
"""Converts Microsoft's published Service Tags list into the compact text that the binary embeds.

    convert.py ServiceTags_Public_YYYYMMDD.json YYYY-MM-DD > public.txt

One line per tag, sorted by lower-case name: the name, its region (`-` without one) and its IPv4
networks, adjacent ones merged. IPv6 is left out: the tool models IPv4.
"""

import ipaddress
import json
import sys

tags = json.load(open(sys.argv[1], encoding="utf-8"))
print("# Azure service tags, IPv4, from Microsoft's published Service Tags list (Azure IP Ranges and Service Tags")
print("# - Public Cloud, https://www.microsoft.com/download/details.aspx?id=56519). Made by convert.py.")
print(f"# date {sys.argv[2]} change {tags['changeNumber']} cloud {tags['cloud']}")
for tag in sorted(tags["values"], key=lambda tag: tag["id"].lower()):
    properties = tag["properties"]
    networks = [ipaddress.ip_network(text) for text in properties["addressPrefixes"] if ":" not in text]
    merged = [str(network).removesuffix("/32") for network in ipaddress.collapse_addresses(networks)]
    print(" ".join([tag["id"], properties["region"] or "-", *merged]))
