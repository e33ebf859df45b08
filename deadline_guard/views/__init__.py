"""Read models: what pages, exports and programs ask, each for one viewer."""
