"""The one loop: sweep decides, deliver sends, answers come back; tables lie between."""
