"""What Cordboard's own tests stand on, shipped so that a third party's tests can stand on it too."""
