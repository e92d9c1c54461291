"""What tests stand on: a database of their own on both engines, an S3 server, a client, factories."""
