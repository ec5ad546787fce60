import ArgumentParser
import Web
import Ingest
import Storage
print("hello")
