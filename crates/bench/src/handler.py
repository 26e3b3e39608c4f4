"""The same function in Python, with which the benchmark compares ours."""

import json


def handle(event, context):
    headers = event.get("headers", {})
    for name in headers:
        if name.lower() == "authorization":
            headers[name] = "(hidden)"
    print(json.dumps(event))
    return {
        "statusCode": 200,
        "headers": {"content-type": "application/json"},
        "body": "hello world",
    }
