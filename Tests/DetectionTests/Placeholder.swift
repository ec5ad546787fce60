// Holds the folder until its tests move in.
